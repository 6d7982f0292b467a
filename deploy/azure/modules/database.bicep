// Azure SQL Database, into which nobody signs in with a password. docs/azure-sql.md says what the product needs of it.
param name string
param location string
param tags object
param administrators { name: string, objectId: string }
param sku string
param gigabytes int
param zoneRedundant bool
param failoverLocation string
param backups { weekly: string, monthly: string, yearly: string }
param subnetId string
param workspaceId string

var databaseName = 'timetracker'
var failsOver = !empty(failoverLocation)
var serverProperties = {
  minimalTlsVersion: '1.2'
  publicNetworkAccess: 'Enabled'
  administrators: {
    administratorType: 'ActiveDirectory'
    principalType: 'Group'
    login: administrators.name
    sid: administrators.objectId
    tenantId: tenant().tenantId
    azureADOnlyAuthentication: true
  }
}

// Its identity asks Microsoft Graph for the names of users that are made in the database.
resource server 'Microsoft.Sql/servers@2023-08-01' = {
  name: name
  location: location
  tags: tags
  identity: { type: 'SystemAssigned' }
  properties: serverProperties
}

// No rule lets other services of Azure in. An operator adds their own address for as long as they need it.
resource apps 'Microsoft.Sql/servers/virtualNetworkRules@2023-08-01' = {
  parent: server
  name: 'apps'
  properties: { virtualNetworkSubnetId: subnetId }
}

resource database 'Microsoft.Sql/servers/databases@2023-08-01' = {
  parent: server
  name: databaseName
  location: location
  tags: tags
  sku: { name: sku }
  properties: {
    maxSizeBytes: gigabytes * 1073741824
    zoneRedundant: zoneRedundant
    requestedBackupStorageRedundancy: 'Geo' // outlives the region
  }
}

resource recent 'Microsoft.Sql/servers/databases/backupShortTermRetentionPolicies@2023-08-01' = {
  parent: database
  name: 'default'
  properties: { retentionDays: 35 }
}

resource past 'Microsoft.Sql/servers/databases/backupLongTermRetentionPolicies@2023-08-01' = {
  parent: database
  name: 'default'
  properties: {
    weeklyRetention: backups.weekly
    monthlyRetention: backups.monthly
    yearlyRetention: backups.yearly
    weekOfYear: 1
  }
  dependsOn: [recent]
}

resource standby 'Microsoft.Sql/servers@2023-08-01' = if (failsOver) {
  name: '${name}-standby'
  location: failsOver ? failoverLocation : location
  tags: tags
  identity: { type: 'SystemAssigned' }
  properties: serverProperties
}

// Nobody loses acknowledged work without a person who decides so: the failover with loss is by hand.
resource failover 'Microsoft.Sql/servers/failoverGroups@2023-08-01' = if (failsOver) {
  parent: server
  name: '${name}-group'
  tags: tags
  properties: {
    readWriteEndpoint: { failoverPolicy: 'Manual' }
    readOnlyEndpoint: { failoverPolicy: 'Disabled' }
    partnerServers: [
      { id: standby.id }
    ]
    databases: [database.id]
  }
}

resource measured 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'measured'
  scope: database
  properties: {
    workspaceId: workspaceId
    logs: [
      { category: 'Errors', enabled: true }
      { category: 'Deadlocks', enabled: true }
      { category: 'Timeouts', enabled: true }
      { category: 'Blocks', enabled: true }
    ]
    metrics: [
      { category: 'Basic', enabled: true }
    ]
  }
}

output host string = failsOver ? '${name}-group${environment().suffixes.sqlServerHostname}' : server.properties.fullyQualifiedDomainName
output databaseId string = database.id
output databaseName string = databaseName
