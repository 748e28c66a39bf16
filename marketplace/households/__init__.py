"""What households need, told through a service body: kept to that body, published only as numbers of five homes or more."""
