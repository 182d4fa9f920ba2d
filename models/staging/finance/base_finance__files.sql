{{ config(materialized="incremental", incremental_strategy="append") }}

{{ files_told("finance") }}
