{{ alerts_as_incidents("prometheus") }}
