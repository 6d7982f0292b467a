// Where the image is. Machines read it as themselves, and nobody has a password.
@description('Letters and digits alone.')
param name string
param location string
param tags object
param readerPrincipalIds string[]

resource registry 'Microsoft.ContainerRegistry/registries@2023-07-01' = {
  name: replace(name, '-', '')
  location: location
  tags: tags
  sku: { name: 'Standard' }
  properties: {
    adminUserEnabled: false
    anonymousPullEnabled: false
  }
}

// AcrPull: https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/containers
var pull = subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '7f951dda-4ed3-4680-a7ca-43fe172d538d')

resource readers 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for principalId in readerPrincipalIds: {
    name: guid(registry.id, principalId, pull)
    scope: registry
    properties: {
      roleDefinitionId: pull
      principalId: principalId
      principalType: 'ServicePrincipal'
    }
  }
]

output host string = registry.properties.loginServer
