// Three to ten machines in three zones, and a standby database in a second region: for thousands of tenants.
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
  planSku: 'P1v3'
  replicas: {
    least: 3
    most: 10
  }
  databaseSku: 'BC_Gen5_8'
  databaseGigabytes: 500
  zoneRedundant: true
  failoverLocation: 'northeurope'
}
