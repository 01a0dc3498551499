"""The questionnaire on a terminal. Only here Textual is known; what there is to know comes from the floors below."""
