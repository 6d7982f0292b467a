// Package outbound owns how Microsoft's services are called. It has a client that is confined to one origin, the
// credential of an app, how long to wait, and errors that can be logged.
//
// It must not know any of the services. Adapters to them import it.
package outbound
