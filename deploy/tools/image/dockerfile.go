package main

import (
	"bytes"
	"errors"
	"fmt"
	"path"
	"strconv"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/linter"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"github.com/moby/buildkit/frontend/dockerfile/shell"
	dockerspec "github.com/moby/docker-image-spec/specs-go/v1"
)

// copied is one line of the last stage that copies a file or a directory of another stage.
type copied struct {
	from, source, destination string
	uid, gid                  int
	mode                      int64
}

// image is what the last stage of a Dockerfile says.
type image struct {
	config dockerspec.DockerOCIImageConfig
	copies []copied
}

// parse reads a Dockerfile with the parser of Docker's own builder. It gives the warnings of its linter, too.
func parse(content []byte) ([]instructions.Stage, []string, error) {
	tree, err := parser.Parse(bytes.NewReader(content))
	if err != nil {
		return nil, nil, fmt.Errorf("parse: %w", err)
	}
	var warnings []string
	warn := func(name, _, _, message string, at []parser.Range) {
		line := 0
		if len(at) > 0 {
			line = at[0].Start.Line
		}
		warnings = append(warnings, fmt.Sprintf("%d: %s: %s", line, name, message))
	}
	stages, _, err := instructions.Parse(tree.AST, linter.New(&linter.Config{Warn: warn}))
	if err != nil {
		return nil, nil, fmt.Errorf("parse: %w", err)
	}
	for _, warning := range tree.Warnings {
		warnings = append(warnings, warning.Short)
	}
	return stages, warnings, nil
}

// last gives the image of a Dockerfile's last stage, with the values of its arguments. It refuses what it doesn't understand, so
// that the image can't differ from the Dockerfile's.
func last(content []byte, values map[string]string) (image, error) {
	stages, _, err := parse(content)
	if err != nil {
		return image{}, err
	}
	stage := stages[len(stages)-1]
	if stage.BaseName != "scratch" {
		return image{}, fmt.Errorf("the last stage is of %s and not of scratch", stage.BaseName)
	}
	var made image
	var known []string // arguments with their values, as a shell has them
	for _, command := range stage.Commands {
		if argument, ok := command.(*instructions.ArgCommand); ok {
			for _, one := range argument.Args {
				known = append(known, one.Key+"="+values[one.Key])
			}
			continue
		}
		if err := expand(command, known); err != nil {
			return image{}, err
		}
		if err := made.apply(command); err != nil {
			return image{}, err
		}
	}
	return made, nil
}

// expand puts the values of arguments in their places.
func expand(command instructions.Command, known []string) error {
	expandable, ok := command.(instructions.SupportsSingleWordExpansion)
	if !ok {
		return nil
	}
	words := shell.NewLex('\\')
	return expandable.Expand(func(word string) (string, error) {
		text, _, err := words.ProcessWord(word, shell.EnvsFromSlice(known))
		return text, err
	})
}

// apply does what one instruction says.
func (i *image) apply(command instructions.Command) error {
	switch command := command.(type) {
	case *instructions.LabelCommand:
		i.config.Labels = map[string]string{}
		for _, label := range command.Labels {
			i.config.Labels[label.Key] = label.Value
		}
	case *instructions.EnvCommand:
		for _, variable := range command.Env {
			i.config.Env = append(i.config.Env, variable.String())
		}
	case *instructions.UserCommand:
		i.config.User = command.User
	case *instructions.WorkdirCommand:
		i.config.WorkingDir = command.Path
	case *instructions.ExposeCommand:
		i.config.ExposedPorts = map[string]struct{}{}
		for _, port := range command.Ports {
			i.config.ExposedPorts[port+"/tcp"] = struct{}{}
		}
	case *instructions.VolumeCommand:
		i.config.Volumes = map[string]struct{}{}
		for _, volume := range command.Volumes {
			i.config.Volumes[volume] = struct{}{}
		}
	case *instructions.HealthCheckCommand:
		i.config.Healthcheck = command.Health
	case *instructions.EntrypointCommand:
		i.config.Entrypoint = command.CmdLine
	case *instructions.CmdCommand:
		i.config.Cmd = command.CmdLine
	case *instructions.CopyCommand:
		return i.copy(command)
	default:
		return fmt.Errorf("%s isn't understood", command.Name())
	}
	return nil
}

// copy notes what is copied. Everything says its mode, so that the image doesn't depend on the machine's.
func (i *image) copy(command *instructions.CopyCommand) error {
	if command.From == "" || len(command.SourcePaths) != 1 || len(command.SourceContents) > 0 || len(command.ExcludePatterns) > 0 ||
		command.Parents || strings.HasSuffix(command.DestPath, "/") || !path.IsAbs(command.DestPath) {
		return fmt.Errorf("%s: one absolute path of another stage is copied to one absolute path", command)
	}
	mode, err := strconv.ParseInt(command.Chmod, 8, 64)
	if err != nil {
		return fmt.Errorf("%s: --chmod is missing", command)
	}
	one := copied{from: command.From, source: command.SourcePaths[0], destination: path.Clean(command.DestPath), mode: mode}
	if command.Chown != "" {
		uid, gid, _ := strings.Cut(command.Chown, ":")
		var errGID error
		one.uid, err = strconv.Atoi(uid)
		one.gid, errGID = strconv.Atoi(gid)
		if err = errors.Join(err, errGID); err != nil {
			return fmt.Errorf("%s: an owner is a number: %w", command, err)
		}
	}
	i.copies = append(i.copies, one)
	return nil
}
