"""How it was, asked of the agency, the experts and the partners on site: a link, four questions, two minutes."""
