"""The only code that knows SQL: tables, one store per aggregate, migrations."""
