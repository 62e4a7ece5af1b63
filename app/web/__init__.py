"""The frame of pages and API: rendering, forms, problems as answers, lists, live signals."""
