"""The questionnaire on a terminal. Only here Textual is known; what there is to know comes from the floors below."""

import os

# In milliseconds, and read when Textual is loaded, whose default is many times what a terminal needs to send a key.
os.environ.setdefault("ESCDELAY", "25")
