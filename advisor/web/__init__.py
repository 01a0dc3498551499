"""The questionnaire in a browser. Only here an HTTP server is known."""
