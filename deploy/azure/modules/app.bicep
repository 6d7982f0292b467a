// One process of the product with a slot in which the next version starts before anybody is sent to it.
param name string
param location string
param tags object
param planId string
param subnetId string
param identity { id: string, clientId: string, principalId: string }
param image string
@allowed(['serve', 'webhook'])
param command string
param port string
@description('Variables of the program: see docs/configuration.md.')
param settings object
@secure()
param insightsConnection string
param workspaceId string
@description('Takes what the program tells by OTLP, and hands it to Application Insights.')
param collectorImage string = 'docker.io/otel/opentelemetry-collector-contrib:0.132.0'

var platformSettings = {
  WEBSITES_ENABLE_APP_SERVICE_STORAGE: 'false'
  // The program serves on for TIMETRACKER_SHUTDOWN_DELAY, and lets requests end for 20 seconds after it.
  WEBSITES_CONTAINER_STOP_TIME_LIMIT: '40'
  // A slot takes over only when it is ready.
  WEBSITE_SWAP_WARMUP_PING_PATH: '/readyz'
  WEBSITE_SWAP_WARMUP_PING_STATUSES: '200'
  APPLICATIONINSIGHTS_CONNECTION_STRING: insightsConnection
  COLLECTOR_CONFIG: loadTextContent('../collector.yaml')
}

var siteProperties = {
  serverFarmId: planId
  virtualNetworkSubnetId: subnetId
  keyVaultReferenceIdentity: identity.id
  httpsOnly: true
  clientAffinityEnabled: false
  siteConfig: {
    linuxFxVersion: 'sitecontainers'
    acrUseManagedIdentityCreds: true
    acrUserManagedIdentityID: identity.clientId
    alwaysOn: true
    healthCheckPath: '/readyz'
    http20Enabled: true
    webSocketsEnabled: false
    minTlsVersion: '1.2'
    scmMinTlsVersion: '1.2'
    ftpsState: 'Disabled'
    remoteDebuggingEnabled: false
    vnetRouteAllEnabled: true
    // They would keep the address of everybody.
    httpLoggingEnabled: false
    detailedErrorLoggingEnabled: false
    requestTracingEnabled: false
  }
}

var identities = { type: 'UserAssigned', userAssignedIdentities: { '${identity.id}': {} } }

var program = {
  image: image
  isMain: true
  targetPort: port
  startUpCommand: command
  authType: 'UserAssigned'
  userManagedIdentityClientId: identity.clientId
  inheritAppSettingsAndConnectionStrings: true
}

// It is told two settings by their names, and knows no secret of the product.
var collector = {
  image: collectorImage
  isMain: false
  targetPort: '4318'
  startUpCommand: '--config=env:COLLECTOR_CONFIG'
  authType: 'Anonymous'
  inheritAppSettingsAndConnectionStrings: false
  environmentVariables: [
    { name: 'COLLECTOR_CONFIG', value: 'COLLECTOR_CONFIG' }
    { name: 'APPLICATIONINSIGHTS_CONNECTION_STRING', value: 'APPLICATIONINSIGHTS_CONNECTION_STRING' }
  ]
}

resource site 'Microsoft.Web/sites@2024-11-01' = {
  name: name
  location: location
  tags: tags
  kind: 'app,linux,container'
  identity: identities
  properties: siteProperties
}

resource siteSettings 'Microsoft.Web/sites/config@2024-11-01' = {
  parent: site
  name: 'appsettings'
  properties: union(platformSettings, settings)
}

resource siteProgram 'Microsoft.Web/sites/sitecontainers@2024-11-01' = {
  parent: site
  name: 'main'
  properties: program
  dependsOn: [siteSettings]
}

resource siteCollector 'Microsoft.Web/sites/sitecontainers@2024-11-01' = {
  parent: site
  name: 'collector'
  properties: collector
  dependsOn: [siteProgram]
}

resource siteCredentials 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-11-01' = [
  for way in ['ftp', 'scm']: {
    parent: site
    name: way
    properties: { allow: false }
  }
]

resource next 'Microsoft.Web/sites/slots@2024-11-01' = {
  parent: site
  name: 'next'
  location: location
  tags: tags
  kind: 'app,linux,container'
  identity: identities
  properties: siteProperties
}

resource nextCredentials 'Microsoft.Web/sites/slots/basicPublishingCredentialsPolicies@2024-11-01' = [
  for way in ['ftp', 'scm']: {
    parent: next
    name: way
    properties: { allow: false }
  }
]

resource nextSettings 'Microsoft.Web/sites/slots/config@2024-11-01' = {
  parent: next
  name: 'appsettings'
  properties: union(platformSettings, settings)
}

resource nextProgram 'Microsoft.Web/sites/slots/sitecontainers@2024-11-01' = {
  parent: next
  name: 'main'
  properties: program
  dependsOn: [nextSettings]
}

resource nextCollector 'Microsoft.Web/sites/slots/sitecontainers@2024-11-01' = {
  parent: next
  name: 'collector'
  properties: collector
  dependsOn: [nextProgram]
}

// What the program writes and what the platform does with it. The platform's log of requests has addresses, and isn't kept.
resource logs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'logs'
  scope: site
  properties: {
    workspaceId: workspaceId
    logs: [
      { category: 'AppServiceConsoleLogs', enabled: true }
      { category: 'AppServicePlatformLogs', enabled: true }
    ]
  }
}

resource nextLogs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'logs'
  scope: next
  properties: {
    workspaceId: workspaceId
    logs: [
      { category: 'AppServiceConsoleLogs', enabled: true }
      { category: 'AppServicePlatformLogs', enabled: true }
    ]
  }
}

output id string = site.id
output name string = site.name
output host string = site.properties.defaultHostName
