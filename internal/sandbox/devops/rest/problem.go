package rest

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"strings"

	"timetracker/internal/sandbox/devops/boards"
	"timetracker/internal/sandbox/standin"
)

// problem is an error as Azure DevOps answers it. Clients tell errors apart by the status, the type's key and the number
// that begins the message.
type problem struct {
	status  int
	key     string // typeKey
	message string
	custom  map[string]any // customProperties
	header  map[string]string
}

func (p *problem) Error() string { return p.message }

func (p *problem) write(w http.ResponseWriter) {
	for name, value := range p.header {
		w.Header().Set(name, value)
	}
	if p.key == "" {
		// Who isn't signed in gets no body.
		w.Header().Set("Content-Length", "0")
		w.WriteHeader(p.status)
		return
	}
	const home = "Microsoft.TeamFoundation.WorkItemTracking.Server"
	body := map[string]any{
		"$id": "1", "innerException": nil, "message": p.message, "typeName": home + "." + p.key + ", " + home,
		"typeKey": p.key, "errorCode": 0, "eventId": 3200,
	}
	if p.custom != nil {
		body["customProperties"] = p.custom
	}
	standin.WriteJSON(w, p.status, body)
}

func errNoResource(path string) *problem {
	return &problem{
		status: http.StatusNotFound, key: "VssResourceNotFoundException", message: "There is no resource at " + path + ".",
	}
}

func errMethod(method string) *problem {
	return &problem{
		status: http.StatusMethodNotAllowed, key: "VssResourceMethodNotSupportedException",
		message: "The resource does not support the http method '" + method + "'.",
	}
}

func errNoProject(name string) *problem {
	return &problem{
		status: http.StatusNotFound, key: "ProjectDoesNotExistWithNameException",
		message: "TF200016: The following project does not exist: " + name + ".",
	}
}

func errArgument(message string) *problem {
	return &problem{status: http.StatusBadRequest, key: "ArgumentException", message: message}
}

func errUnauthorized(header map[string]string) *problem {
	return &problem{status: http.StatusUnauthorized, message: "nobody is signed in", header: header}
}

// kinds are how Azure DevOps answers each reason. The verbs of a message are the id, the field and the value, in order.
var kinds = map[boards.Reason]problem{
	boards.NotFound: {
		status: http.StatusNotFound, key: "WorkItemUnauthorizedAccessException",
		message: "TF401232: Work item %[1]d does not exist, or you do not have permissions to read it.",
	},
	boards.NoPermission: {
		status: http.StatusForbidden, key: "PermissionDeniedException",
		message: "TF237111: The current user does not have permissions to save work items under the specified area path.",
	},
	boards.UnknownField: {
		status: http.StatusBadRequest, key: "WorkItemTrackingFieldDefinitionNotFoundException",
		message: "TF51535: Cannot find field %[2]s.",
	},
	boards.ForeignField: {
		status: http.StatusBadRequest, key: "WorkItemFieldInvalidException",
		message: "TF26027: The type of the work item has no field %[2]s.",
	},
	boards.ReadOnlyField: {
		status: http.StatusBadRequest, key: "WorkItemFieldInvalidException",
		message: "TF401326: Invalid field status 'ReadOnly' for field '%[2]s'.",
	},
	boards.BadValue: {
		status: http.StatusBadRequest, key: "WorkItemFieldInvalidException",
		message: "TF401326: Invalid field status 'InvalidType' for field '%[2]s'.",
	},
	boards.BadPath: {
		status: http.StatusBadRequest, key: "WorkItemFieldInvalidTreeNameException",
		message: "TF401347: Invalid tree name given for work item %[1]d, field '%[2]s'.",
	},
	boards.UnknownPerson: {
		status: http.StatusBadRequest, key: "RuleValidationException",
		message: "The identity value '%[3]s' for field '%[2]s' is an unknown identity.",
	},
	boards.UnknownType: {
		status: http.StatusNotFound, key: "WorkItemTypeNotFoundException",
		message: "VS402323: Work item type %[3]s does not exist in this project.",
	},
	boards.UnknownProject: {
		status: http.StatusBadRequest, key: "WorkItemTargetProjectDoesNotExistException",
		message: "The project %[3]s, to which a work item should move, does not exist.",
	},
	boards.PathsMissing: {
		status: http.StatusBadRequest, key: "WorkItemTargetAreaPathNotProvidedException",
		message: "A move of work item %[1]d to %[3]s has to set %[2]s.",
	},
	boards.SecondParent: {
		status: http.StatusBadRequest, key: "WorkItemLinkAddExtraParentException",
		message: "TF201036: Work item %[1]d can have one Parent link only.",
	},
	boards.Circle: {
		status: http.StatusBadRequest, key: "WorkItemLinkInvalidException",
		message: "TF201035: The link would make work item %[1]d its own ancestor.",
	},
	boards.BadLink: {
		status: http.StatusBadRequest, key: "WorkItemResourceLinkException", message: "There is no such relation: %[3]s.",
	},
	boards.NotDeleted: {
		status: http.StatusNotFound, key: "WorkItemInvalidRestoreRequestException",
		message: "Work item %[1]d is not in the recycle bin.",
	},
}

// problemOf writes a refusal of the boards as Azure DevOps does.
func problemOf(err error) *problem {
	var refusal *boards.Refusal
	if !errors.As(err, &refusal) {
		return &problem{status: http.StatusInternalServerError, key: "Exception", message: err.Error()}
	}
	if refusal.Reason == boards.BrokenRules {
		return problemOfRules(refusal.Rules)
	}
	answer := kinds[refusal.Reason]
	answer.message = fill(answer.message, refusal)
	return &answer
}

// fill writes the id, the field and the value into a message that may leave out some.
func fill(format string, r *boards.Refusal) string {
	return strings.NewReplacer("%[1]d", fmt.Sprint(r.ID), "%[2]s", r.Field, "%[3]s", r.Value).Replace(format)
}

// problemOfRules has a message for the first rule, and says of each what is wrong.
func problemOfRules(broken []boards.BrokenRule) *problem {
	each := make([]map[string]any, len(broken))
	for i, rule := range broken {
		flags := make([]string, len(rule.Flags))
		for j, flag := range rule.Flags {
			flags[j] = strings.ToLower(flag[:1]) + flag[1:]
		}
		each[i] = map[string]any{
			"fieldReferenceName": rule.Field.ReferenceName, "fieldStatusFlags": strings.Join(flags, ", "),
			"errorMessage": rule.Message(), "ruleValidationErrors": nil,
		}
	}
	message := broken[0].Message()
	if others := len(broken) - 1; others > 0 {
		message += fmt.Sprintf(" %d more errors occurred during validation of the work item.", others)
	}
	custom := map[string]any{"FieldReferenceName": nil, "FieldStatusFlags": "none", "ErrorMessage": message, "RuleValidationErrors": each}
	if len(broken) == 1 {
		maps.Copy(custom, map[string]any{
			"FieldReferenceName": each[0]["fieldReferenceName"], "FieldStatusFlags": each[0]["fieldStatusFlags"],
		})
	}
	return &problem{status: http.StatusBadRequest, key: "RuleValidationException", message: message, custom: custom}
}
