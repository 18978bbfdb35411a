// Text with entities → elements. Offsets count UTF-16 code units, like JavaScript strings.

import { el } from "/dom.js";

const TAGS = {
  bold: "strong", italic: "em", underline: "u", strikethrough: "s",
  blockquote: "blockquote", expandable_blockquote: "blockquote",
};

const safe = (url) => (/^(https?|tel|mailto|tg):/i.test(url) ? url : "#");

const link = (url) => el("a", { href: safe(url), target: "_blank", rel: "noopener noreferrer" });

const wrapper = (entity, words, actions) => {
  const { type } = entity;
  if (type === "text_link") return link(entity.url);
  if (type === "url") return link(/^\w+:/.test(words) ? words : `http://${words}`);
  if (type === "bot_command") return el("button", { type: "button", class: "command", onclick: () => actions.say(words) });
  if (type === "code" || type === "pre") return el(type, { title: "点按复制 Tap to copy", onclick: () => actions.copy(words) });
  if (type === "spoiler") {
    return el("span", { class: "spoiler", tabIndex: 0, onclick: (event) => event.currentTarget.classList.add("shown") });
  }
  if (type === "expandable_blockquote") {
    return el("blockquote", { class: "expandable", onclick: (event) => event.currentTarget.classList.toggle("open") });
  }
  return el(TAGS[type] ?? "span");
};

const inside = (text, entities, from, to, actions) => {
  const made = [];
  let at = from;
  let index = 0;
  while (index < entities.length) {
    const outer = entities[index];
    const end = Math.min(outer.offset + outer.length, to);
    if (outer.offset > at) made.push(text.slice(at, outer.offset));
    const inner = [];
    for (index += 1; index < entities.length && entities[index].offset < end; index += 1) inner.push(entities[index]);
    const element = wrapper(outer, text.slice(outer.offset, end), actions);
    element.append(...inside(text, inner, outer.offset, end, actions));
    made.push(element);
    at = end;
  }
  if (at < to) made.push(text.slice(at, to));
  return made;
};

export const formatted = (text, entities, actions) => {
  const ordered = [...(entities ?? [])].sort((one, other) => one.offset - other.offset || other.length - one.length);
  return inside(text, ordered, 0, text.length, actions);
};
