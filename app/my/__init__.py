"""The expert's own pages: what they are asked, their days, their journeys, their record; and the link in a text."""
