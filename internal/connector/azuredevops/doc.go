// Package azuredevops owns how Azure DevOps is asked about work items, with the rights of one person. It implements
// workitem.Remote by Microsoft's client behind a transport of ours.
//
// It must not decide when Azure DevOps is asked, nor what becomes of the answer. No error, and no log line, carries a part
// of a token or of an answer. The one exception is what a rule says to whoever broke it.
package azuredevops
