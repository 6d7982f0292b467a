// Package boards owns what the stand-in for Azure DevOps holds: organizations, projects, and work items with their
// revisions. It decides by the rules of their types, and by what people may read and write. It must not know how it is
// asked.
package boards
