// Package check has the tests of what a deployment is described by: Compose's file and the templates for Azure.
package check
