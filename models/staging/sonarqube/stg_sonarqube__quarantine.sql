{{ told_quarantine("sonarqube", ["analyses", "measures", "vulnerabilities"]) }}
