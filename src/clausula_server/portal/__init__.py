"""Pages for members, providers, practitioners and the operations centre. Not built yet.

Will own: templates, views, forms, live streams. Never writes to a table but through an action.
"""
