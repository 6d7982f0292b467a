// One machine and a small database: for some hundred people, and when an hour without it is no disaster.
using './main.bicep'

param image = 'timetracker:v1.0.0'
param publicHost = 'time.contoso.example'
param entraClientId = '00000000-0000-0000-0000-000000000000'
param spaClientId = '00000000-0000-0000-0000-000000000000'
param marketplaceTenantId = '00000000-0000-0000-0000-000000000000'
param marketplaceClientId = '00000000-0000-0000-0000-000000000000'
param sellerName = 'Contoso Ltd'
param sellerAddress = '1 Main Street; 12345 Town; Country'
param plansUrl = 'https://azuremarketplace.microsoft.com/marketplace/apps/contoso.timetracker'
param databaseAdministrators = {
  name: 'timetracker-database-administrators'
  objectId: '00000000-0000-0000-0000-000000000000'
}
param operatorEmail = 'operations@contoso.example'
param size = {
  planSku: 'P0v3'
  replicas: {
    least: 1
    most: 1
  }
  databaseSku: 'S2'
  databaseGigabytes: 50
  zoneRedundant: false
  failoverLocation: ''
}
