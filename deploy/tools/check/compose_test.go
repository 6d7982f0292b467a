package check

import (
	"slices"
	"testing"

	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"
)

const composeFile = "../../compose.yaml"

// load reads Compose's file as Compose does, with its schema and the consistency of its references.
func load(t *testing.T, profiles ...string) *types.Project {
	t.Helper()
	environment := types.Mapping{"TIMETRACKER_SQLSERVER_PASSWORD": "Secret1"}
	project, err := loader.LoadWithContext(t.Context(), types.ConfigDetails{
		WorkingDir: "../..", ConfigFiles: []types.ConfigFile{{Filename: composeFile}}, Environment: environment,
	}, loader.WithProfiles(profiles))
	if err != nil {
		t.Fatal(err)
	}
	return project
}

// TestComposeForTestsIsADatabaseAlone holds what `make test-sqlserver` relies on: it has no settings of the product.
func TestComposeForTestsIsADatabaseAlone(t *testing.T) {
	if names := load(t).ServiceNames(); !slices.Equal(names, []string{"sqlserver"}) {
		t.Errorf("without a profile it starts %q", names)
	}
}

func TestComposeOfTheProductIsConfined(t *testing.T) {
	project := load(t, "product")
	for name, command := range map[string]string{"migrate": "migrate", "api": "serve", "webhook": "webhook"} {
		service, err := project.GetService(name)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(service.Command, types.ShellCommand{command}) {
			t.Errorf("%s runs %q", name, service.Command)
		}
		if !service.ReadOnly || !slices.Equal(service.CapDrop, []string{"ALL"}) || service.Privileged || service.User != "" {
			t.Errorf("%s may do more than the image needs", name)
		}
		for _, port := range service.Ports {
			if port.HostIP != "127.0.0.1" {
				t.Errorf("%s listens for everybody on %s", name, port.Published)
			}
		}
	}
	for _, name := range []string{"api", "webhook"} {
		if _, after := project.Services[name].DependsOn["migrate"]; !after {
			t.Errorf("%s doesn't wait for the migration", name)
		}
	}
}

func TestContainersTellTheProgramAllThatItNeeds(t *testing.T) {
	project := load(t, "product")
	for name, command := range map[string]string{"api": "serve", "webhook": "webhook", "migrate": "migrate"} {
		var names []string
		for variable := range project.Services[name].Environment {
			names = append(names, variable)
		}
		accepted(t, command, names)
	}
}
