"""Landing, building, publishing and reporting: every folder here is a source, every file a step of the way."""
