-- In which language a chat wants to be spoken to.
ALTER TABLE dialog ADD COLUMN language TEXT NOT NULL DEFAULT 'zh'
    CONSTRAINT dialog_language CHECK (language IN ('zh', 'en'));
