"""The one owner of the database: typed models, queries and migrations. Nothing else writes SQL."""
