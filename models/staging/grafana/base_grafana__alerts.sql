{{ config(materialized="incremental", incremental_strategy="append") }}

{{ alerts_told("grafana", {"dashboard_url": "dashboardURL", "panel_url": "panelURL"}) }}
