// Package extension carries the built front end: the frames that Azure DevOps embeds (dist/ext) and the sandbox's host
// page (dist/host). The files are made by `npm run build`; nothing here may decide what is served where.
package extension

import "embed"

// Dist is the build output. It is empty but for .gitkeep when the front end has not been built.
//
//go:embed all:dist
var Dist embed.FS
