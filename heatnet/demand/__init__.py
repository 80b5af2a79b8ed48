"""Heat load of consumers from weather: default weather year, heating season, building and process loads."""
