{{ config(materialized="incremental", incremental_strategy="append") }}

{{ alerts_told("prometheus") }}
