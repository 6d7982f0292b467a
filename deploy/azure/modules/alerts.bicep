// What somebody should look at, by mail: what Azure itself sees of the apps and of the database. What the program tells of itself
// needs Prometheus: see docs/observability.md.
param name string
param tags object
param operatorsId string
param appIds string[]

@description('What alerts call them, in the same order.')
param appNames string[]
param databaseId string

var ofApps = [
  { name: 'errors', metric: 'Http5xx', aggregation: 'Total', operator: 'GreaterThan', threshold: 10, says: 'Requests are answered with errors.' }
  { name: 'health', metric: 'HealthCheckStatus', aggregation: 'Average', operator: 'LessThan', threshold: 100, says: 'A machine is not ready.' }
]

var ofDatabase = [
  { name: 'cpu', metric: 'cpu_percent', aggregation: 'Average', operator: 'GreaterThan', threshold: 80, says: 'The database is busy: docs/scaling.md says what to do.' }
  { name: 'storage', metric: 'storage_percent', aggregation: 'Maximum', operator: 'GreaterThan', threshold: 80, says: 'The database is almost full.' }
  { name: 'workers', metric: 'workers_percent', aggregation: 'Maximum', operator: 'GreaterThan', threshold: 80, says: 'The database is close to its limit of requests.' }
]

resource appAlerts 'Microsoft.Insights/metricAlerts@2018-03-01' = [
  for number in range(0, length(appIds) * length(ofApps)): {
    name: '${name}-${appNames[number / length(ofApps)]}-${ofApps[number % length(ofApps)].name}'
    location: 'global'
    tags: tags
    properties: {
      description: ofApps[number % length(ofApps)].says
      severity: 1
      enabled: true
      scopes: [appIds[number / length(ofApps)]]
      evaluationFrequency: 'PT1M'
      windowSize: 'PT5M'
      autoMitigate: true
      criteria: {
        'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
        allOf: [
          {
            name: 'only'
            criterionType: 'StaticThresholdCriterion'
            metricName: ofApps[number % length(ofApps)].metric
            timeAggregation: ofApps[number % length(ofApps)].aggregation
            operator: ofApps[number % length(ofApps)].operator
            threshold: ofApps[number % length(ofApps)].threshold
          }
        ]
      }
      actions: [
        { actionGroupId: operatorsId }
      ]
    }
  }
]

resource databaseAlerts 'Microsoft.Insights/metricAlerts@2018-03-01' = [
  for one in ofDatabase: {
    name: '${name}-database-${one.name}'
    location: 'global'
    tags: tags
    properties: {
      description: one.says
      severity: 2
      enabled: true
      scopes: [databaseId]
      evaluationFrequency: 'PT5M'
      windowSize: 'PT15M'
      autoMitigate: true
      criteria: {
        'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
        allOf: [
          {
            name: 'only'
            criterionType: 'StaticThresholdCriterion'
            metricName: one.metric
            timeAggregation: one.aggregation
            operator: one.operator
            threshold: one.threshold
          }
        ]
      }
      actions: [
        { actionGroupId: operatorsId }
      ]
    }
  }
]
