"""Files in and out: network and boundary folders, weather, results, Excel."""
