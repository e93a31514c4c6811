{{/* What everything of this release is called. Room is left for "-scheduler". */}}
{{- define "subledger.fullname" -}}
{{- $name := .Values.fullnameOverride | default (contains .Chart.Name .Release.Name | ternary .Release.Name (printf "%s-%s" .Release.Name .Chart.Name)) -}}
{{- $name | trunc 53 | trimSuffix "-" -}}
{{- end -}}

{{/* What tells the pods of a release from others; must stay the same for ever. */}}
{{- define "subledger.selectorLabels" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "subledger.labels" -}}
{{ include "subledger.selectorLabels" . }}
app.kubernetes.io/version: {{ .Values.image.tag | default .Chart.AppVersion | trunc 63 | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 }}
{{- end -}}

{{- define "subledger.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- .Values.serviceAccount.name | default (include "subledger.fullname" .) -}}
{{- else -}}
{{- .Values.serviceAccount.name | default "default" -}}
{{- end -}}
{{- end -}}

{{/* The variables of a process: what is everybody's, then what the chart sees to itself. */}}
{{- define "subledger.env" -}}
- name: SUBLEDGER_ROLE
  value: {{ .duty }}
- name: HOST
  value: 0.0.0.0
- name: PORT
  value: '3000'
{{- range list "EVENTSTORE_URL" "DATABASE_URL" (eq .duty "api" | ternary "SUBLEDGER_API_KEY" "") | compact }}
- name: {{ . }}
  valueFrom:
    secretKeyRef:
      name: {{ $.root.Values.existingSecret }}
      key: {{ . }}
{{- end }}
{{- if .root.Values.catalogue }}
{{- if hasKey .root.Values.settings "SUBLEDGER_CATALOG" }}{{ fail "catalogue and settings.SUBLEDGER_CATALOG: only one of them can hold" }}{{ end }}
- name: SUBLEDGER_CATALOG
  value: /etc/subledger/catalog.json
{{- end }}
{{- if .root.Values.policy }}
{{- if hasKey .root.Values.settings "SUBLEDGER_POLICY" }}{{ fail "policy and settings.SUBLEDGER_POLICY: only one of them can hold" }}{{ end }}
- name: SUBLEDGER_POLICY
  value: /etc/subledger/policy.json
{{- end }}
{{- range $name, $value := .root.Values.settings }}
- name: {{ $name }}
  value: {{ $value | quote }}
{{- end }}
{{- with .root.Values.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* Whether there are files of our own to mount. */}}
{{- define "subledger.hasFiles" -}}
{{- if or .Values.catalogue .Values.policy }}yes{{ end -}}
{{- end -}}
