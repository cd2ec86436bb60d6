"""Pages of members: home, a claim with its ladder, sending a bill."""
