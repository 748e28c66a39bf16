"""What every page shares: who acts, forms, errors, languages, headers and template helpers."""
