"""Single layers of published networks: what they compute, in groups, each with its target."""
