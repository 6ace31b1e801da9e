// Package cloudformation reads CloudFormation templates, what SAM and the CDK
// make of theirs, and the CloudFormation inside a serverless.yml, into a
// [tree.Set].
//
// It evaluates templates itself. github.com/awslabs/goformation resolves
// intrinsics too, but into plain values: a Ref or GetAtt that cannot be known
// before deployment becomes null or an empty string, places in the file are
// lost, and "the domain name is that of the load balancer ALB, say it with
// --parameter ALB.DNSName=…" can no longer be said. Here every such value keeps
// its expression, its line, what would supply it, and what sort of server is
// behind it.
//
// # What to read first
//
// [Read] reads one template, [ReadAssembly] a folder that the CDK synthesized.
// template.go knows the sections, evaluate.go and text.go the intrinsic
// functions, condition.go the conditions, reference.go what Ref and GetAtt give
// for each type of resource, shape.go how CloudFormation's fields are called in
// the API, resources.go which resources there are.
package cloudformation
