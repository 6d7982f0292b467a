// Package config owns the program's configuration: environment variables read once into one struct and checked before
// anything starts.
//
// It must not open, connect or listen; a missing or unsafe value stops the program with one line that names it.
package config
