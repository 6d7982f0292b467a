// Who the program is. Neither owns the database: see docs/azure-sql.md.
param name string
param location string
param tags object

// The API and the webhook.
resource serve 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: '${name}-serve'
  location: location
  tags: tags
}

// `timetracker migrate`, in a deployment alone.
resource migrate 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: '${name}-migrate'
  location: location
  tags: tags
}

output serve { id: string, clientId: string, principalId: string } = {
  id: serve.id
  clientId: serve.properties.clientId
  principalId: serve.properties.principalId
}
output migrate { id: string, clientId: string, principalId: string } = {
  id: migrate.id
  clientId: migrate.properties.clientId
  principalId: migrate.properties.principalId
}
