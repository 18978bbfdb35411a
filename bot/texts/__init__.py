"""Every word that people are shown: Chinese here, other languages as translations of it.

Functions return HTML as the messenger takes it; what comes from outside is escaped here.
"""
