"""A carrier that speaks Twilio's API, and people with phones. It talks HTTP to the service; nobody real gets a text."""
