"""What the program talks about: frozen values without input or output.

They are plain dataclasses, so that a warm start builds no validators. Whatever comes from outside is validated by
pydantic when it is loaded, from these very annotations; the published JSON schemas come from them too.
"""
