{{ alerts_as_events("prometheus") }}
