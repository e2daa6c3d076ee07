"""Statistics of texts: the library that the sample pack wordcount depends on."""


def statistics(text):
    """Returns how many words, and how many distinct words, a text has."""
    words = text.lower().split()
    return {"words": len(words), "distinct": len(set(words))}
