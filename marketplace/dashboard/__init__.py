"""The programme's figures against the plan's targets for 2027: what the site cannot know, staff report with source and date."""
