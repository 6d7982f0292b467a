// Package devops owns the stand-in for Azure DevOps: the page that embeds the extension, its organizations, projects and
// work items, and nested app authentication. It must not issue tokens itself; they are Entra's.
package devops
