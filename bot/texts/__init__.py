"""All text shown to people: Chinese here, other languages as translations of it.

Functions return HTML as the Bot API accepts it; values from outside are escaped here.
"""
