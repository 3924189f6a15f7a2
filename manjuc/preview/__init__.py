"""The preview relay: an application of its own that answers the relay's HTTP calls with plain drawings and an animatic.

It costs nothing, needs no key, no network and no font of the machine's. The same request has the same answer, byte for
byte. Nothing here knows the compiler: it reads the labelled lines of the prompts, as a model would.
"""
