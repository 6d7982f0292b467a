// The machines of the API and the webhook.
param name string
param location string
param tags object
param sku string
param replicas { least: int, most: int }
param zoneRedundant bool

resource plan 'Microsoft.Web/serverfarms@2024-11-01' = {
  name: name
  location: location
  tags: tags
  kind: 'linux'
  sku: { name: sku, capacity: replicas.least }
  properties: {
    reserved: true
    zoneRedundant: zoneRedundant
  }
}

// More machines while the processor is busy, and one less after half an hour in which it isn't.
resource scale 'Microsoft.Insights/autoscaleSettings@2022-10-01' = if (replicas.most > replicas.least) {
  name: name
  location: location
  tags: tags
  properties: {
    enabled: true
    targetResourceUri: plan.id
    profiles: [
      {
        name: 'by processor'
        capacity: {
          minimum: string(replicas.least)
          maximum: string(replicas.most)
          default: string(replicas.least)
        }
        rules: [
          {
            metricTrigger: {
              metricName: 'CpuPercentage'
              metricResourceUri: plan.id
              operator: 'GreaterThan'
              statistic: 'Average'
              threshold: 60
              timeAggregation: 'Average'
              timeGrain: 'PT1M'
              timeWindow: 'PT5M'
            }
            scaleAction: { direction: 'Increase', type: 'ChangeCount', value: '1', cooldown: 'PT5M' }
          }
          {
            metricTrigger: {
              metricName: 'CpuPercentage'
              metricResourceUri: plan.id
              operator: 'LessThan'
              statistic: 'Average'
              threshold: 25
              timeAggregation: 'Average'
              timeGrain: 'PT1M'
              timeWindow: 'PT30M'
            }
            scaleAction: { direction: 'Decrease', type: 'ChangeCount', value: '1', cooldown: 'PT10M' }
          }
        ]
      }
    ]
  }
}

output id string = plan.id
