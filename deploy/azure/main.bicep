// Everything of one installation in one resource group: see docs/deploy.md.
//
//   az deployment group what-if --resource-group RG --template-file deploy/azure/main.bicep --parameters deploy/azure/small.bicepparam
targetScope = 'resourceGroup'

@description('Begins the names of all resources. Some are names for the whole world, so that it is followed by letters of their own.')
@minLength(3)
@maxLength(12)
param name string = 'timetracker'

param location string = resourceGroup().location

@description('The image with its tag in the registry of this installation, such as timetracker:v1.2.0. A tag is never moved.')
param image string

@description('The name under which browsers reach the API, without https://.')
param publicHost string

@description('Application (client) id of the API.')
param entraClientId string

@description('Application (client) id of the browser client.')
param spaClientId string

@description('Directory (tenant) id of the publisher.')
param marketplaceTenantId string

@description('Application (client) id of the publisher\'s single-tenant app.')
param marketplaceClientId string

@description('Who sells, as it stands on statements.')
param sellerName string

@description('Its lines are separated by semicolons.')
param sellerAddress string

param sellerTaxId string = ''

@description('Where a plan is bought: the page of the offer.')
param plansUrl string

@description('Who administers the database: a group of Entra ID, by its name and object id.')
param databaseAdministrators { name: string, objectId: string }

@description('How large it is, and how much of it may fail.')
param size {
  planSku: string
  @description('How many machines the API has, at least and at most. Two or more outlive the loss of one.')
  replicas: { least: int, most: int }
  databaseSku: string
  databaseGigabytes: int
  @description('Machines and database in several zones of the region. The plan needs a Premium SKU and three replicas for it.')
  zoneRedundant: bool
  @description('The region of a standby database, for when this one is lost. Empty: none, and the database comes back from a backup in another region.')
  failoverLocation: string
}

@description('For how long backups by week, month and year are kept, as ISO 8601 durations. They keep erased people as long: see docs/backup.md.')
param backups { weekly: string, monthly: string, yearly: string } = { weekly: 'P5W', monthly: 'P12M', yearly: 'P7Y' }

@description('Whom alerts of the platform reach, by mail.')
param operatorEmail string

param tags object = { product: 'timetracker' }

var unique = take(uniqueString(resourceGroup().id), 6)

module identities 'modules/identities.bicep' = {
  params: { name: name, location: location, tags: tags }
}

module network 'modules/network.bicep' = {
  params: { name: name, location: location, tags: tags }
}

module observability 'modules/observability.bicep' = {
  params: { name: name, location: location, tags: tags, operatorEmail: operatorEmail }
}

module registry 'modules/registry.bicep' = {
  params: {
    name: '${name}${unique}'
    location: location
    tags: tags
    readerPrincipalIds: [identities.outputs.serve.principalId, identities.outputs.migrate.principalId]
  }
}

module vault 'modules/vault.bicep' = {
  params: {
    name: '${name}-${unique}'
    location: location
    tags: tags
    readerPrincipalId: identities.outputs.serve.principalId
    workspaceId: observability.outputs.workspaceId
  }
}

module database 'modules/database.bicep' = {
  params: {
    name: '${name}-${unique}'
    location: location
    tags: tags
    administrators: databaseAdministrators
    sku: size.databaseSku
    gigabytes: size.databaseGigabytes
    zoneRedundant: size.zoneRedundant
    failoverLocation: size.failoverLocation
    backups: backups
    subnetId: network.outputs.subnetId
    workspaceId: observability.outputs.workspaceId
  }
}

module plan 'modules/plan.bicep' = {
  params: {
    name: name
    location: location
    tags: tags
    sku: size.planSku
    replicas: size.replicas
    zoneRedundant: size.zoneRedundant
  }
}

// What both processes are told. A test compares the names with the program's own.
var sharedSettings = {
  TIMETRACKER_DATABASE_URL: 'sqlserver://${database.outputs.host}?database=${database.outputs.databaseName}&encrypt=strict&fedauth=ActiveDirectoryManagedIdentity&user+id=${identities.outputs.serve.clientId}'
  TIMETRACKER_MARKETPLACE_TENANT_ID: marketplaceTenantId
  TIMETRACKER_MARKETPLACE_CLIENT_ID: marketplaceClientId
  TIMETRACKER_MARKETPLACE_CLIENT_SECRET: '@Microsoft.KeyVault(VaultName=${vault.outputs.name};SecretName=marketplace-client-secret)'
  // Everybody comes from the addresses of App Service's front ends.
  TIMETRACKER_LIMIT_CONNECTIONS: '10000:10000'
  TIMETRACKER_SHUTDOWN_DELAY: '10s'
  // The collector beside the program.
  OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318'
}

var apiSettings = {
  TIMETRACKER_PUBLIC_URL: 'https://${publicHost}'
  TIMETRACKER_ENTRA_CLIENT_ID: entraClientId
  TIMETRACKER_ENTRA_CLIENT_SECRET: '@Microsoft.KeyVault(VaultName=${vault.outputs.name};SecretName=entra-client-secret)'
  TIMETRACKER_SPA_CLIENT_ID: spaClientId
  TIMETRACKER_SELLER_NAME: sellerName
  TIMETRACKER_SELLER_ADDRESS: sellerAddress
  TIMETRACKER_SELLER_TAX_ID: sellerTaxId
  TIMETRACKER_PLANS_URL: plansUrl
}

module api 'modules/app.bicep' = {
  params: {
    name: '${name}-${unique}'
    location: location
    tags: tags
    planId: plan.outputs.id
    subnetId: network.outputs.subnetId
    identity: identities.outputs.serve
    image: '${registry.outputs.host}/${image}'
    command: 'serve'
    port: '8080'
    settings: union(sharedSettings, apiSettings)
    insightsConnection: observability.outputs.connectionString
    workspaceId: observability.outputs.workspaceId
  }
}

module webhook 'modules/app.bicep' = {
  params: {
    name: '${name}-webhook-${unique}'
    location: location
    tags: tags
    planId: plan.outputs.id
    subnetId: network.outputs.subnetId
    identity: identities.outputs.serve
    image: '${registry.outputs.host}/${image}'
    command: 'webhook'
    port: '8081'
    settings: sharedSettings
    insightsConnection: observability.outputs.connectionString
    workspaceId: observability.outputs.workspaceId
  }
}

module alerts 'modules/alerts.bicep' = {
  params: {
    name: name
    tags: tags
    operatorsId: observability.outputs.operatorsId
    appIds: [api.outputs.id, webhook.outputs.id]
    appNames: ['api', 'webhook']
    databaseId: database.outputs.databaseId
  }
}

output apiName string = api.outputs.name
output webhookName string = webhook.outputs.name
output apiHost string = api.outputs.host
output webhookHost string = webhook.outputs.host
output databaseHost string = database.outputs.host
output vaultName string = vault.outputs.name
output registryHost string = registry.outputs.host
output migrateClientId string = identities.outputs.migrate.clientId
