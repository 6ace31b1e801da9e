// Package cloudformation reads CloudFormation templates, the output of SAM and the CDK, and
// the CloudFormation inside a serverless.yml, into a [tree.Set].
//
// It evaluates templates itself. github.com/awslabs/goformation also resolves intrinsics,
// but into plain values: a Ref or GetAtt that is unknown before deployment becomes null or
// an empty string, positions in the file are lost, and a message such as "the domain name
// is that of the load balancer ALB, say it with --parameter ALB.DNSName=…" is no longer
// possible. Here every such value keeps its expression, its line, what would supply it, and
// what kind of server is behind it.
//
// # What to read first
//
// [Read] reads one template, [ReadAssembly] a folder that the CDK synthesized. template.go
// handles the sections, evaluate.go and text.go the intrinsic functions, condition.go the
// conditions, reference.go the results of Ref and GetAtt for each type of resource,
// shape.go the API's names of CloudFormation's fields, resources.go the resources.
package cloudformation
